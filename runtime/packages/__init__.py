"""Packages: folders of documents and sample data that any tenant can install; see docs/partners.md."""

from runtime.packages.folder import Manifest, Package, read_documents, read_package
from runtime.packages.install import install, installed, push

__all__ = ["Manifest", "Package", "install", "installed", "push", "read_documents", "read_package"]
