#!/bin/sh
# Runs a program with an empty folder that only this user can use as its last argument.
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$@" "$work"
