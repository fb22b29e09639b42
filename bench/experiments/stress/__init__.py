"""What is answered up to and past capacity, and after a surge?"""
