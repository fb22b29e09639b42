"""What does a request cost, and what is that made of?"""
