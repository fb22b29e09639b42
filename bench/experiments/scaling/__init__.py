"""What do more clients and more worker processes bring?"""
