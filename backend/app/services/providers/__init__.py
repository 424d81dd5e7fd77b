"""Who makes images: Gemini or the local painter."""
