# Common recipes: `just --list`. Each is one command, so just is optional.

# Serve on http://localhost:8080 with SQLite in a data folder.
run *args:
    cargo run -- {{ args }}

# Serve a throwaway database with a realistic team.
demo:
    cargo run -- demo

# Run every test, on both engines, and the schema linter.
test *args:
    scripts/test {{ args }}

# Run only the tests of the console: unit tests, and tests in a browser.
test-console *args:
    scripts/test-console {{ args }}

# Check format, code, scripts and schema without running tests.
lint:
    cargo fmt --all --check
    cargo clippy --workspace --all-targets --locked -- -D warnings
    scripts/lint-scripts
    scripts/lint-schema
    scripts/check-web

# Write schema.graphql from the code, then lint it.
schema:
    scripts/check-schema --write
    scripts/lint-schema

# Audit licenses, sources and known vulnerabilities of the dependencies.
audit:
    scripts/audit

# Compare the team page with the hand-written server.
bench *args:
    bench/run {{ args }}

# Run everything that must pass before a merge.
ci:
    .ci/run
