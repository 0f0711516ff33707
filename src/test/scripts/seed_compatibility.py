"""Checks, with the seed's own libraries, what the service made, and makes hashes for the service to check.

Reads a JSON object from standard input: "secret", "token", "username", "hashes" (each "password" and "hash"), and
"passwords" to be hashed. Prints the hashes of those, a JSON object each line. Exits with 1 when anything is refused.
"""
import json
import sys

import jwt
from passlib.context import CryptContext
from passlib.hash import bcrypt, bcrypt_sha256

given = json.load(sys.stdin)
secret = given["secret"]
token = given["token"]

# The seed's line, to the letter.
payload = jwt.decode(token, secret, algorithms=['HS256'])
assert payload["sub"] == given["username"], payload

context = CryptContext(["bcrypt", "bcrypt_sha256"])
for made in given["hashes"]:
    assert context.verify(made["password"], made["hash"]), made["hash"]
    assert not context.verify("y" + made["password"], made["hash"]), made["hash"]

for password in given["passwords"]:
    for scheme in (bcrypt, bcrypt_sha256):
        if scheme is bcrypt and len(password.encode()) > 72:
            continue  # passlib would cut it.
        print(json.dumps({"password": password, "hash": scheme.using(rounds=5).hash(password)}))
