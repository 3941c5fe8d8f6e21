"""The JSON documents that scripts rely on, made here and nowhere else. Pure: values in, plain dicts out."""
