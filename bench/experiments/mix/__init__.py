"""What does a small shop's mix of requests cost, and what is a request made of?"""
