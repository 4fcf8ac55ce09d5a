"""Technical plan, resource requirements and timeline: their models, loaders and problems."""
