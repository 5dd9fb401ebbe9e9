"""Says where PowerShell scripts do not parse: a JSON list of texts on stdin, one of their faults on stdout."""

import json
import sys

import tree_sitter
import tree_sitter_powershell

parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_powershell.language()))
json.dump([parser.parse(text.encode()).root_node.has_error for text in json.load(sys.stdin)], sys.stdout)
