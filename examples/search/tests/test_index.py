"""The inverted index."""

import unittest

from tinysearch.index import Index


def index_of(*texts):
    index = Index()
    for number, text in enumerate(texts):
        index.add(number, text)
    return index


class Lookups(unittest.TestCase):
    def test_a_word_is_counted_in_every_document(self):
        self.assertEqual(index_of("a b a", "b", "a").with_word("a"), {0: 2, 2: 1})

    def test_an_unknown_word_is_nowhere(self):
        self.assertEqual(index_of("a b").with_word("c"), {})

    def test_a_prefix_sums_all_its_words(self):
        self.assertEqual(index_of("car cart", "care of art", "scar").with_prefix("car"), {0: 2, 1: 1})

    def test_a_prefix_includes_the_last_letters_of_any_alphabet(self):
        self.assertEqual(index_of("zz z\U0001d7d8", "zebra", "y").with_prefix("z"), {0: 2, 1: 1})

    def test_a_phrase_needs_its_words_next_to_each_other_and_in_order(self):
        index = index_of("new york", "york new", "new hope for york", "new york new york")
        self.assertEqual(index.with_phrase(("new", "york")), {0: 1, 3: 2})

    def test_a_phrase_may_repeat_a_word(self):
        self.assertEqual(index_of("no no no", "no", "no more no").with_phrase(("no", "no")), {0: 2})

    def test_a_long_phrase(self):
        index = index_of("to be or not to be", "to be or to be not")
        self.assertEqual(index.with_phrase(("or", "not", "to")), {0: 1})

    def test_a_phrase_with_an_unknown_word_is_nowhere(self):
        index = index_of("new york", "york")
        self.assertEqual(index.with_phrase(("new", "jersey")), {})
        self.assertEqual(index.with_phrase(("old", "york")), {})


class Changes(unittest.TestCase):
    def test_a_document_added_later_is_found(self):
        index = index_of("car")
        self.assertEqual(index.with_prefix("ca"), {0: 1})
        index.add(7, "cat car")
        self.assertEqual(index.with_prefix("ca"), {0: 1, 7: 2})
        self.assertEqual(index.with_phrase(("cat", "car")), {7: 1})

    def test_a_removed_document_is_not_found(self):
        index = index_of("car park", "cat")
        self.assertEqual(index.with_prefix("ca"), {0: 1, 1: 1})
        index.remove(0)
        self.assertEqual(index.with_prefix("ca"), {1: 1})
        self.assertEqual(index.with_word("park"), {})
        self.assertEqual(index.with_phrase(("car", "park")), {})

    def test_a_replaced_document_has_only_its_new_words(self):
        index = index_of("old words", "other")
        index.add(0, "new")
        self.assertEqual((index.with_word("old"), index.with_word("new")), ({}, {0: 1}))

    def test_removing_what_is_not_there_is_an_error(self):
        with self.assertRaises(KeyError):
            index_of("a").remove(5)

    def test_the_average_length_follows(self):
        index = index_of("a b c", "a")
        self.assertEqual(index.average_length(), 2.0)
        index.remove(1)
        self.assertEqual(index.average_length(), 3.0)
        index.remove(0)
        self.assertEqual(index.average_length(), 0.0)
