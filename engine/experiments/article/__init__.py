"""The tables of the article that this project starts from, each beside what is measured here."""

from engine.experiments.article.catalogue import tables
from engine.experiments.article.table import ArticleTable, Row

__all__ = ["ArticleTable", "Row", "tables"]
