"""All code that knows the operating system's processes."""
