"""Attention: tells a person outside of the screen that something waits. Each question is told once, by who is first."""
