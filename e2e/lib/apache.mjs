// Apache with mod_auth_openidc, both from Debian, standalone on loopback: an application that is not ours.
import fs from 'node:fs';
import path from 'node:path';
import { start, stop, until } from './process.mjs';

/** What the protected page shows about whoever reached it. */
const PAGE = `<!DOCTYPE html>
<html lang="en-GB"><head><meta charset="utf-8"><title>Rota</title></head><body>
<h1>Rota</h1>
<p>Signed in as <span id="user"><!--#echo var="REMOTE_USER" --></span>,
address <span id="email"><!--#echo var="OIDC_CLAIM_email" --></span>,
by userinfo <span id="name"><!--#echo var="OIDC_CLAIM_name" --></span>,
strength <span id="acr"><!--#echo var="OIDC_CLAIM_acr" --></span>.</p>
<p>Token <code id="token"><!--#echo var="OIDC_access_token" --></code></p>
</body></html>
`;

export const apacheAddresses = (port) => {
  const root = `http://127.0.0.1:${port}`;
  return {
    root,
    page: `${root}/rota/index.html`,
    api: `${root}/api/index.html`,
    redirect: `${root}/rota/return`,
    backchannel: `${root}/rota/return?logout=backchannel`,
    signOut: `${root}/rota/return?logout=${encodeURIComponent(`${root}/bye.html`)}`,
    bye: `${root}/bye.html`,
  };
};

/** Starts Apache in `folder`, for the client with this identifier and secret. */
export async function startApache({ folder, port, issuer, client, authority, fetch: fetchTrusting }) {
  const at = (name) => path.join(folder, name);
  for (const name of ['', 'pages', 'pages/rota', 'pages/api']) fs.mkdirSync(at(name), { recursive: true, mode: 0o755 });
  fs.writeFileSync(at('pages/rota/index.html'), PAGE);
  fs.writeFileSync(at('pages/api/index.html'), '<!--#echo var="OIDC_CLAIM_sub" --> <!--#echo var="OIDC_CLAIM_scope" -->\n');
  fs.writeFileSync(at('pages/bye.html'), '<!DOCTYPE html><html lang="en-GB"><head><title>Bye</title></head><body><h1>Signed out of the rota</h1></body></html>\n');
  fs.copyFileSync(authority, at('authority.crt'));
  const addresses = apacheAddresses(port);
  const modules = ['mpm_event', 'authn_core', 'authz_core', 'authz_user', 'mime', 'dir', 'include', 'auth_openidc'];
  const metadata = await (await fetchTrusting(`${issuer}/.well-known/openid-configuration`)).json();
  fs.writeFileSync(at('httpd.conf'), `
ServerRoot /usr/lib/apache2
ServerName 127.0.0.1
PidFile ${at('httpd.pid')}
DefaultRuntimeDir ${folder}
Listen 127.0.0.1:${port}
${modules.map((name) => `LoadModule ${name}_module modules/mod_${name}.so`).join('\n')}
${process.getuid() === 0 ? 'User www-data\nGroup www-data' : ''}
ErrorLog ${at('error.log')}
LogLevel warn auth_openidc:info
TypesConfig /etc/mime.types
StartServers 1
ThreadsPerChild 8
MinSpareThreads 4
MaxSpareThreads 12
MaxRequestWorkers 24
ServerLimit 3
DocumentRoot ${at('pages')}
<Directory ${at('pages')}>
  Options +Includes
  AddOutputFilter INCLUDES .html
  SSILegacyExprParser off
</Directory>
OIDCProviderMetadataURL ${issuer}/.well-known/openid-configuration
OIDCClientID ${client.id}
OIDCClientSecret ${client.secret}
OIDCProviderTokenEndpointAuth client_secret_basic
OIDCRedirectURI ${addresses.redirect}
OIDCCryptoPassphrase for-one-test-run-only
OIDCScope "openid email profile"
OIDCPKCEMethod S256
OIDCCookieSameSite On
OIDCRemoteUserClaim sub
OIDCSessionInactivityTimeout 300
OIDCSSLValidateServer On
OIDCOAuthSSLValidateServer On
OIDCCABundlePath ${at('authority.crt')}
OIDCOAuthClientID ${client.id}
OIDCOAuthClientSecret ${client.secret}
OIDCOAuthIntrospectionEndpoint ${metadata.introspection_endpoint}
# Ask every time: what was taken back a moment ago is no good.
OIDCOAuthTokenIntrospectionInterval -1
<Location /rota>
  AuthType openid-connect
  Require valid-user
</Location>
<Location /api>
  AuthType oauth20
  Require valid-user
</Location>
`);
  const child = start('/usr/sbin/apache2', ['-D', 'FOREGROUND', '-f', at('httpd.conf')], { log: at('output.log') });
  await until(async () => {
    const answer = await fetch(addresses.bye);
    if (!answer.ok) throw new Error(`Apache answers ${answer.status}`);
  }, { child });
  return { ...addresses, logs: [at('output.log'), at('error.log')], stop: () => stop(child) };
}
