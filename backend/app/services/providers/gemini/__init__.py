"""Images from Google's Gemini.

Importing this package loads google-genai, which takes most of a second: import it only where
Gemini is the provider.
"""

from app.services.providers.gemini.client import GeminiClient

__all__ = ["GeminiClient"]
