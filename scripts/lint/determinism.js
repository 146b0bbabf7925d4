/** Ambient chance and time are banned in src: pass an Rng and a Clock instead (style, "Determinism"). */
const ban = (selector, message) => ({ selector, message });

export const determinism = {
  'no-restricted-syntax': [
    'error',
    ban(
      "MemberExpression[object.name='Math']:matches([property.name='random'], [property.value='random'])",
      'Pass an Rng (core/rng) instead of Math.random.',
    ),
    ban(
      "VariableDeclarator[init.name='Math'] > ObjectPattern > Property[key.name='random']",
      'Pass an Rng (core/rng) instead of Math.random.',
    ),
    ban(
      "MemberExpression[object.name='Date'][property.name='now']",
      'Pass a Clock (core/clock) instead of Date.now.',
    ),
    ban(
      "NewExpression[callee.name='Date'][arguments.length=0]",
      'Pass a Clock (core/clock) instead of new Date().',
    ),
    ban(
      "NewExpression[callee.name='Date'][arguments.length>1]",
      'Use Date.UTC: parts of a date are read in the local time zone.',
    ),
    ban("CallExpression[callee.name='Date']", 'Pass a Clock (core/clock) instead of Date().'),
    ban(
      "MemberExpression[object.name='performance'][property.name='now']",
      'Pass a Clock (core/clock) instead of performance.now.',
    ),
    ban("MemberExpression[object.name='process'][property.name='hrtime']", 'Pass a Clock (core/clock).'),
    ban("Identifier[name='randomUUID']", 'Derive identifiers from an Rng stream instead of randomUUID.'),
    ban(
      'Identifier[name=/^(randomBytes|randomInt|randomFillSync|getRandomValues)$/]',
      'Pass an Rng (core/rng); only privacy noise comes from the operating system.',
    ),
    ban(
      "MemberExpression[property.name='localeCompare']",
      'Compare strings with < and >: localeCompare depends on the machine.',
    ),
    ban(
      'MemberExpression[property.name=/^(getHours|getMinutes|getDate|getDay|getMonth|getFullYear|setHours|setMinutes|setDate|setMonth|setFullYear|toLocaleString|toLocaleDateString|toLocaleTimeString|getTimezoneOffset)$/]',
      'Use UTC: local time zones and locales make the output depend on the machine.',
    ),
    ban(
      "CallExpression[callee.property.name='forEach'] > ArrowFunctionExpression[async=true]",
      'forEach drops the promises: use for … of with await.',
    ),
    ban(
      "TSAsExpression > CallExpression[callee.object.name='JSON'][callee.property.name='parse']",
      'Validate parsed JSON with a zod schema instead of casting it.',
    ),
  ],
};
