"""The query language."""

import unittest

from tinysearch.query import Clause, parse


class Queries(unittest.TestCase):
    def test_every_word_is_a_clause(self):
        self.assertEqual(parse("Red apple"), [Clause("word", ("red",)), Clause("word", ("apple",))])

    def test_a_star_makes_a_prefix(self):
        self.assertEqual(parse("app*"), [Clause("prefix", ("app",))])

    def test_quotes_make_a_phrase(self):
        self.assertEqual(parse('"Red apple" pie'), [Clause("phrase", ("red", "apple")), Clause("word", ("pie",))])

    def test_a_phrase_of_one_word_is_a_word(self):
        self.assertEqual(parse('"apple"'), [Clause("word", ("apple",))])

    def test_a_hyphenated_word_is_a_phrase(self):
        self.assertEqual(parse("half-baked"), [Clause("phrase", ("half", "baked"))])

    def test_a_star_inside_quotes_means_nothing(self):
        self.assertEqual(parse('"red app*"'), [Clause("phrase", ("red", "app"))])

    def test_punctuation_alone_is_left_out(self):
        self.assertEqual(parse('"" * -- !'), [])
