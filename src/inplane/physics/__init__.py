"""How tissue, needle and fluid behave: siblings that never import each other."""
