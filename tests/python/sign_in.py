"""Signs in and prints the session token.

usage: sign_in.py URL EMAIL PASSWORD
"""

import json
import sys
from urllib.request import Request, urlopen

url, email, password = sys.argv[1:]
query = """mutation($input: SignInInput!) { signIn(input: $input) { sessionToken userErrors { message } } }"""
variables = {"input": {"email": email, "password": password, "transport": "BEARER"}}
body = json.dumps({"query": query, "variables": variables}).encode()
with urlopen(Request(url, body, {"Content-Type": "application/json"})) as response:
    payload = json.load(response)["data"]["signIn"]
print(payload["sessionToken"] or sys.exit(str(payload["userErrors"])))
