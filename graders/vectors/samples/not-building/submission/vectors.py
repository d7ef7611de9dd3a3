"""A colon is missing."""


class Vector
    def __init__(self, *components):
        self.components = components
