"""The colours of the phantoms, as sRGB bytes. Plain Python, so that a descriptor can name the classes."""

FLOWER = {
    "red": (208, 22, 34),
    "orange": (248, 126, 8),
    "yellow": (255, 222, 30),
    "blue": (38, 70, 222),
    "magenta": (198, 36, 176),
    "white": (246, 244, 240),
}
"""The six colours that tell classes apart, in index order: what the flower, or the stem, is painted with."""

PLANT = {
    "pot": (178, 92, 60),
    "soil": (74, 52, 38),
    "stem": (92, 148, 52),
    "leaf": (64, 128, 50),
    "calyx": (78, 134, 48),
    "flower": (72, 176, 164),
    "balls": (126, 16, 44),
    "thorns": (126, 16, 44),
}
"""What each part is painted with where its colour tells nothing. Balls and thorns have the same."""

WALL = {
    "blue": (104, 136, 196),
    "green": (128, 172, 124),
    "pink": (214, 160, 168),
    "grey": (168, 178, 186),
}
"""What the captioned flowers stand before."""

STEM_WIDTH = {"thin": 0.8, "thick": 2.4}
"""Their stems, as factors of the usual width."""

BACKGROUND = (168, 178, 186)
"""A plain, slightly cool grey, on which all six colours stand out."""
