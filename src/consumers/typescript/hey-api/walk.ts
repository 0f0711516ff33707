/** Walks from sign-up to deletion with the client that @hey-api/openapi-ts makes of the document. */
import assert from 'node:assert/strict';
import { deleteAccount, listSessions, logIn, logOut, readSecret, refresh, signUp } from './client/index.js';
import { client } from './client/client.gen.js';
import type { Problem, Session, SignedUp, TokenResponse } from './client/index.js';

const username = 'hey-api';
const password = 'a long enough password';
client.setConfig({ baseUrl: process.env.GATEHOUSE! });

/** Checks the status of a response and returns its body, of the type that the document gives it. */
function success<T>(
  call: string,
  status: number,
  result: { data?: T; error?: unknown; response?: Response },
): NonNullable<T> {
  console.log(call, result.response?.status);
  assert.equal(result.response?.status, status, JSON.stringify(result.error));
  return result.data as NonNullable<T>;
}

/** Checks the status and the problem type of a response. */
function refusal(
  call: string,
  status: number,
  name: string,
  result: { error?: Problem; response?: Response },
): Problem {
  console.log(call, result.response?.status, name);
  assert.equal(result.response?.status, status);
  assert.ok(result.error);
  assert.equal(result.error.status, status);
  assert.equal(result.error.type, `urn:gatehouse:problem:${name}`);
  return result.error;
}

const account: SignedUp = success('sign-up', 201, await signUp({ body: { username, password } }));
assert.equal(account.key, username);
assert.equal(account.username, username);
assert.ok(Date.now() - Date.parse(account.created_at) < 60_000);
const weak = await signUp({ body: { username, password: 'short' } });
assert.equal(refusal('sign-up', 422, 'validation-failed', weak).errors?.[0]?.field, 'password');

const wrong = 'a wrong password';
refusal('login', 401, 'invalid-credentials', await logIn({ body: { username, password: wrong } }));
const login: TokenResponse = success('login', 200, await logIn({ body: { username, password } }));
assert.equal(login.access_token, login.token);
assert.equal(login.token_type satisfies 'Bearer', 'Bearer');
assert.equal(login.expires_in, 1800);
assert.ok(login.refresh_token);

// The client sends `auth` where the document says that a call takes a token.
const secret = success('secret', 200, await readSecret({ auth: login.access_token }));
assert.equal(secret satisfies string, 'Top Secret data only authorized users can access this info');
refusal('secret', 401, 'not-authenticated', await readSecret());

const refreshed: TokenResponse = success('refresh', 200, await refresh({ auth: login.refresh_token }));
assert.notEqual(refreshed.access_token, login.access_token);
assert.notEqual(refreshed.refresh_token, login.refresh_token);
assert.ok(refreshed.refresh_expires_in && refreshed.refresh_expires_in > refreshed.expires_in);

const sessions: Session[] = success('sessions', 200, await listSessions({ auth: refreshed.access_token }));
assert.equal(sessions.length, 1);
const [session] = sessions;
assert.ok(session);
assert.equal(session.current, true);
assert.match(session.id, /^[0-9a-f-]{36}$/);
assert.equal(session.user_agent satisfies string | null, 'node');
assert.ok(Date.parse(session.expires_at) > Date.parse(session.last_used_at));

success('logout', 204, await logOut({ auth: refreshed.access_token }));
refusal('refresh', 401, 'session-ended', await refresh({ auth: refreshed.refresh_token! }));

const auth = success('login', 200, await logIn({ body: { username, password } })).access_token;
refusal('deletion', 403, 'wrong-password', await deleteAccount({ auth, body: { password: wrong } }));
success('deletion', 204, await deleteAccount({ auth, body: { password } }));
refusal('sign-up', 409, 'account-exists', await signUp({ body: { username, password } }));
