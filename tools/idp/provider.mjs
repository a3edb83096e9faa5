// One issuer on oidc-provider: what ID-porten and HelseID have in common here, and where they differ.
import Provider from 'oidc-provider';
import { loginPage, logoutPage, messagePage } from './pages.mjs';
import { SCOPES } from './persons.mjs';

const HELSEID = 'helseid://claims';
const TOKEN_SECONDS = 600;

function idportenClaims(person) {
  return { pid: person.national_id, locale: person.language ?? 'nb', name: person.name };
}

function helseidClaims(person) {
  return {
    [`${HELSEID}/identity/pid`]: person.national_id,
    [`${HELSEID}/identity/security_level`]: '4',
    [`${HELSEID}/identity/assurance_level`]: 'high',
    [`${HELSEID}/hpr/hpr_number`]: person.hpr_number,
    [`${HELSEID}/client/claims/orgnr_parent`]: person.organization_number,
    name: person.name,
    email: person.work_email,
    organization_number: person.organization_number,
    organization_name: person.organization_name,
    municipality_code: person.municipality_code,
    roles: person.roles,
  };
}

export const KINDS = {
  idporten: {
    title: 'ID-porten', alg: 'RS256', claimsOf: idportenClaims, who: 'citizen', systems: false,
    login: (acr) => ({ acr: acr ?? 'idporten-loa-high', amr: ['TestID'] }),
    acrValues: ['idporten-loa-substantial', 'idporten-loa-high'],
  },
  helseid: {
    title: 'HelseID', alg: 'ES256', claimsOf: helseidClaims, who: 'professional', systems: true,
    login: () => ({ amr: ['TestID'] }),
    acrValues: ['Level3', 'Level4'],
  },
};

/** The names of the claims that stand in an id_token, whoever logs in. */
const claimNames = (kind) => Object.keys(kind.claimsOf({}));

function clientsOf(kind, settings) {
  const common = { id_token_signed_response_alg: kind.alg, require_auth_time: true };
  const gateway = {
    ...common,
    ...settings.gateway,
    redirect_uris: settings.redirectUris,
    post_logout_redirect_uris: settings.postLogoutRedirectUris,
    grant_types: ['authorization_code'],
    response_types: ['code'],
    scope: 'openid profile',
  };
  const systems = (kind.systems ? settings.systems : []).map((system) => ({
    ...common,
    client_id: system.client_id,
    client_name: system.name,
    client_secret: system.secret,
    redirect_uris: system.redirect_uris ?? [],
    response_types: system.redirect_uris ? ['code'] : [],
    grant_types: ['client_credentials', ...(system.redirect_uris ? ['authorization_code'] : [])],
    scope: ['openid profile', ...system.scopes].join(' '),
  }));
  return [gateway, ...systems];
}

/** A Provider for `kind`; `settings`: issuer, jwks, cookieKey, audience, persons, systems, gateway, … */
export function makeProvider(kind, settings) {
  const persons = settings.persons.filter((person) => person.kind === kind.who);
  const byLogin = new Map(persons.map((person) => [person.login, person]));
  const systems = new Map(settings.systems.map((system) => [system.client_id, system]));

  const provider = new Provider(settings.issuer, {
    clients: clientsOf(kind, settings),
    jwks: settings.jwks,
    scopes: ['openid', 'profile', ...SCOPES],
    claims: { openid: ['sub', 'acr', 'amr', ...claimNames(kind)], profile: [], auth_time: null },
    conformIdTokenClaims: false,
    acrValues: kind.acrValues,
    // Cookies do not know ports: the two issuers on one host need names of their own.
    cookies: {
      keys: [settings.cookieKey],
      names: Object.fromEntries(['interaction', 'resume', 'session', 'state']
        .map((name) => [name, `idp_${kind.who}_${name}`])),
    },
    enabledJWA: { clientAuthSigningAlgValues: ['ES256', 'RS256', 'PS256'] },
    pkce: { methods: ['S256'], required: () => true },
    routes: { authorization: '/authorize', token: '/token', end_session: '/logout' },
    ttl: { AccessToken: TOKEN_SECONDS, ClientCredentials: TOKEN_SECONDS, IdToken: TOKEN_SECONDS,
      AuthorizationCode: 60, Interaction: 3600, Grant: 8 * 3600, Session: 8 * 3600 },
    clientBasedCORS: () => false,
    findAccount: (ctx, login) => byLogin.has(login) && {
      accountId: login,
      claims: () => ({ sub: login, ...kind.claimsOf(byLogin.get(login)) }),
    },
    extraTokenClaims: (ctx, token) => {
      const system = systems.get(token.clientId);
      return {
        ...(byLogin.has(token.accountId) && kind.claimsOf(byLogin.get(token.accountId))),
        ...(system && {
          [`${HELSEID}/client/client_name`]: system.name,
          [`${HELSEID}/client/claims/orgnr_parent`]: system.organization_number,
        }),
      };
    },
    // Nobody is asked to consent here: everything the client may have is granted.
    loadExistingGrant: async (ctx) => {
      const { client, session } = ctx.oidc;
      const grant = new ctx.oidc.provider.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope(client.scope);
      grant.addResourceScope(settings.audience, client.scope);
      await grant.save();
      return grant;
    },
    interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
    renderError: (ctx, out) => {
      ctx.type = 'html';
      ctx.body = messagePage('Innloggingen stoppet', `${out.error}: ${out.error_description ?? ''}`);
    },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: kind.systems },
      dPoP: { enabled: true },
      backchannelLogout: { enabled: true },
      pushedAuthorizationRequests: { enabled: true },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx, form) => { ctx.body = logoutPage(form); },
        postLogoutSuccessSource: (ctx) => { ctx.body = messagePage('Du er logget ut', 'Du kan lukke vinduet.'); },
      },
      resourceIndicators: {
        enabled: true,
        // The gateway needs no access token to the API; systems want nothing else.
        defaultResource: (ctx, client) => (systems.has(client.clientId) ? settings.audience : undefined),
        useGrantedResource: () => true,
        getResourceServerInfo: (ctx, resource, client) => ({
          scope: SCOPES.filter((scope) => client.scope.split(' ').includes(scope)).join(' '),
          audience: settings.audience,
          accessTokenTTL: TOKEN_SECONDS,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: kind.alg } },
        }),
      },
    },
  });
  addInteraction(provider, kind, persons, byLogin);
  return provider;
}

async function readForm(request) {
  let text = '';
  for await (const chunk of request) {
    text += chunk;
    if (text.length > 4096) throw new Error('form too large');
  }
  return new URLSearchParams(text);
}

function addInteraction(provider, kind, persons, byLogin) {
  provider.use(async (ctx, next) => {
    const [, uid] = ctx.path.match(/^\/interaction\/([\w-]+)$/) ?? [];
    if (!uid) return next();
    ctx.set('Cache-Control', 'no-store');
    const details = await provider.interactionDetails(ctx.req, ctx.res);
    if (ctx.method === 'POST') {
      const form = await readForm(ctx.req);
      const login = form.get('login');
      if (byLogin.has(login)) {
        const result = { login: { accountId: login, ...kind.login(form.get('acr') ?? undefined) } };
        await provider.interactionFinished(ctx.req, ctx.res, result, { mergeWithLastSubmission: false });
        ctx.respond = false;
        return undefined;
      }
      ctx.status = 400;
    }
    ctx.type = 'html';
    ctx.body = loginPage(kind.title, persons, ctx.path, details.session?.accountId);
    return undefined;
  });
}
