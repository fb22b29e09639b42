"""What becomes of cheap requests while a model computes?"""
