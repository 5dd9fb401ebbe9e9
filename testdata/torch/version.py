__all__ = ["__version__", "debug", "cuda", "git_version", "hip"]
__version__ = "2.9.1+rocm7.11.0a20251124"
debug = False
cuda = None
git_version = "5811a8d7da873dd699ff6687092c225caffcf1bb"
hip = "7.11.25474"
