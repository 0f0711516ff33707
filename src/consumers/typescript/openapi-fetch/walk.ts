/** Walks from sign-up to deletion with openapi-fetch and the types that openapi-typescript makes of the document. */
import assert from 'node:assert/strict';
import createClient from 'openapi-fetch';
import type { components, paths } from './schema.js';

type Problem = components['schemas']['Problem'];

const username = 'openapi-fetch';
const password = 'a long enough password';
const { GET, POST } = createClient<paths>({ baseUrl: process.env.GATEHOUSE! });

function bearer(token: string) {
  return { headers: { Authorization: `Bearer ${token}` } };
}

/** Checks the status of a response and returns its body, of the type that the document gives it. */
function success<T>(
  call: string,
  status: number,
  result: { data?: T; error?: unknown; response: Response },
): NonNullable<T> {
  console.log(call, result.response.status);
  assert.equal(result.response.status, status, JSON.stringify(result.error));
  return result.data as NonNullable<T>;
}

/** Checks the status and the problem type of a response. */
function refusal(
  call: string,
  status: number,
  name: string,
  result: { error?: Problem; response: Response },
): Problem {
  console.log(call, result.response.status, name);
  assert.equal(result.response.status, status);
  assert.ok(result.error);
  assert.equal(result.error.status, status);
  assert.equal(result.error.type, `urn:gatehouse:problem:${name}`);
  return result.error;
}

const account = success('sign-up', 201, await POST('/signup', { body: { username, password } }));
assert.equal(account.key, username);
assert.equal(account.username, username);
assert.ok(Date.now() - Date.parse(account.created_at) < 60_000);
const weak = await POST('/signup', { body: { username, password: 'short' } });
assert.equal(refusal('sign-up', 422, 'validation-failed', weak).errors?.[0]?.field, 'password');

const wrong = 'a wrong password';
refusal('login', 401, 'invalid-credentials', await POST('/login', { body: { username, password: wrong } }));
const login = success('login', 200, await POST('/login', { body: { username, password } }));
assert.equal(login.access_token, login.token);
assert.equal(login.token_type satisfies 'Bearer', 'Bearer');
assert.equal(login.expires_in, 1800);
assert.ok(login.refresh_token);

const secret = success('secret', 200, await POST('/secret', bearer(login.access_token)));
assert.equal(secret satisfies string, 'Top Secret data only authorized users can access this info');
refusal('secret', 401, 'not-authenticated', await POST('/secret'));

const refreshed = success('refresh', 200, await POST('/refresh_token', bearer(login.refresh_token)));
assert.notEqual(refreshed.access_token, login.access_token);
assert.notEqual(refreshed.refresh_token, login.refresh_token);
assert.ok(refreshed.refresh_expires_in && refreshed.refresh_expires_in > refreshed.expires_in);

const sessions = success('sessions', 200, await GET('/sessions', bearer(refreshed.access_token)));
assert.equal(sessions.length, 1);
const [session] = sessions;
assert.ok(session);
assert.equal(session.current, true);
assert.match(session.id, /^[0-9a-f-]{36}$/);
assert.equal(session.user_agent satisfies string | null, 'node');
assert.ok(Date.parse(session.expires_at) > Date.parse(session.last_used_at));

success('logout', 204, await POST('/logout', bearer(refreshed.access_token)));
refusal('refresh', 401, 'session-ended', await POST('/refresh_token', bearer(refreshed.refresh_token!)));

const again = success('login', 200, await POST('/login', { body: { username, password } }));
const auth = bearer(again.access_token);
refusal('deletion', 403, 'wrong-password', await POST('/account/deletion', { ...auth, body: { password: wrong } }));
success('deletion', 204, await POST('/account/deletion', { ...auth, body: { password } }));
refusal('sign-up', 409, 'account-exists', await POST('/signup', { body: { username, password } }));
