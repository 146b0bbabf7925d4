/** What a unique device identifier says. Dates are `YYYY-MM-DD`. */
export interface Udi {
  readonly device: string;
  readonly manufactured: string | null;
  readonly expires: string | null;
  readonly lot: string | null;
  readonly serial: string | null;
}

/**
 * Takes a human-readable UDI of the issuing agency GS1 apart: (01) device identifier, (11) production date, (17) expiration date,
 * (10) lot, (21) serial number (GS1 General Specifications, application identifiers). Anything else is a device identifier as a whole.
 */
export function parseUdi(udi: string): Udi {
  const parts = new Map<string, string>();
  for (const match of udi.matchAll(/\((\d{2})\)([^(]*)/g)) parts.set(match[1]!, match[2]!);
  return {
    device: parts.get('01') ?? udi,
    manufactured: gs1Date(parts.get('11')),
    expires: gs1Date(parts.get('17')),
    lot: parts.get('10') ?? null,
    serial: parts.get('21') ?? null,
  };
}

/** YYMMDD; years 51-99 are of the last century (GS1 §7.12), day 00 is the month's last, here its first. */
function gs1Date(text: string | undefined): string | null {
  const match = /^(\d{2})(\d{2})(\d{2})$/.exec(text ?? '');
  if (match === null) return null;
  const [, yy, mm, dd] = match;
  if (Number(mm) < 1 || Number(mm) > 12 || Number(dd) > 31) return null;
  return `${Number(yy) > 50 ? '19' : '20'}${yy!}-${mm!}-${dd === '00' ? '01' : dd!}`;
}
