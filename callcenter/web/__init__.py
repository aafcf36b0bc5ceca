"""The pages: TypeScript sources in `src/`, built by npm into `static/`. No Python serves or renders anything here."""
