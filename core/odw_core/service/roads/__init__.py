"""Who does what a person wants, one module each, and the table that finds them."""
