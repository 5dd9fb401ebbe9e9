__version__ = "0.24.1+rocm7.11.0"
