"""Does a server handle requests one after the other?"""
