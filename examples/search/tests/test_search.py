"""Search as a whole."""

import math
import unittest

from tinysearch import Hit, Index, search

RECIPES = (
    "apple pie with cream",
    "apple and pear crumble with apple sauce",
    "pear tart with cream",
    "bread with butter",
)


def recipes():
    index = Index()
    for number, text in enumerate(RECIPES):
        index.add(number, text)
    return index


def found(query, **options):
    return [hit.document for hit in search(recipes(), query, **options)]


class Search(unittest.TestCase):
    def test_a_rare_word_weighs_more_than_a_common_one(self):
        self.assertEqual(found("bread with")[0], 3)

    def test_the_more_often_the_better(self):
        self.assertEqual(found("apple"), [1, 0])

    def test_the_shorter_document_is_better_when_all_else_is_equal(self):
        self.assertEqual(found("pear"), [2, 1])

    def test_a_word_that_most_documents_hold_still_finds_them(self):
        self.assertEqual(sorted(found("with")), [0, 1, 2, 3])

    def test_equal_documents_come_in_their_order(self):
        self.assertEqual(found("cream"), [0, 2])

    def test_any_clause_is_enough_and_all_of_them_count(self):
        self.assertEqual(found('crumble "pear tart"'), [2, 1])

    def test_the_words_of_a_phrase_apart_are_not_the_phrase(self):
        self.assertEqual(found('"with cream"'), [0, 2])
        self.assertEqual(found('"apple cream"'), [])

    def test_prefixes_are_ranked_too(self):
        self.assertEqual(found("cr*"), [0, 2, 1])

    def test_the_limit_is_kept(self):
        self.assertEqual(found("with", limit=2), found("with")[:2])
        self.assertEqual(found("with", limit=0), [])

    def test_nothing_asked_and_nothing_there(self):
        self.assertEqual(found(""), [])
        self.assertEqual(found("zucchini"), [])
        self.assertEqual(search(Index(), 'apple pe* "a b"'), [])

    def test_the_score_is_bm25(self):
        hit = search(recipes(), "butter")[0]
        weight = math.log(1 + (4 - 1 + 0.5) / (1 + 0.5))
        length = 3 / ((4 + 7 + 4 + 3) / 4)
        self.assertIsInstance(hit, Hit)
        self.assertAlmostEqual(hit.score, weight * 2.2 / (1 + 1.2 * (0.25 + 0.75 * length)))

    def test_a_document_added_after_a_search_is_found(self):
        index = recipes()
        self.assertEqual(search(index, "cider"), [])
        index.add(9, "apple cider")
        self.assertEqual([hit.document for hit in search(index, "cider")], [9])
