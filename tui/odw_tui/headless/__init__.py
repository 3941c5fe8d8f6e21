"""The room without a screen: each module turns values into the lines or the document of one command. Prints nothing."""
