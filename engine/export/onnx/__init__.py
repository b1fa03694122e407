"""Projects as ONNX models."""
