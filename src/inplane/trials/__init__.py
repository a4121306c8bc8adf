"""Data sets and experiments in silico: what nets learn from, and what they have learned."""
