"""The values everything speaks in: frozen, slotted, of the standard library, touching nothing of the world."""
