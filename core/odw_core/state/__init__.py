"""The state of the room: the newest item of every address, and how it was derived."""
