"""Text to terms."""

import unittest

from tinysearch.tokens import tokenize


class Tokens(unittest.TestCase):
    def test_words_keep_their_order(self):
        self.assertEqual(tokenize("the quick brown fox"), ["the", "quick", "brown", "fox"])

    def test_case_is_folded(self):
        self.assertEqual(tokenize("Straße STRASSE"), ["strasse", "strasse"])

    def test_punctuation_and_underscores_part_words(self):
        self.assertEqual(tokenize("snake_case, half-baked (v2)!"), ["snake", "case", "half", "baked", "v2"])

    def test_nothing_gives_nothing(self):
        self.assertEqual(tokenize(" ... "), [])
