__version__ = "2.9.1+rocm7.11.0"
