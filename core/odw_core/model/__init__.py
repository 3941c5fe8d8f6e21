"""The values everything speaks in: frozen, slotted, of the standard library, without behaviour that touches the world."""
