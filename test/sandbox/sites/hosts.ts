import { domainToASCII } from 'node:url'

/** The hosts of the invented third-party sites, by what they are for. None of them is anybody's (RFC 2606). */
export const siteHosts = {
  /** A company's own CRM, whose scripts want to use Dealpass. */
  crm: 'crm.acme.example',
  /** A second honest site. */
  partner: 'partner.acme.example',
  evil: 'evil.example',
  /** Begins like the CRM, for whoever compares beginnings. */
  longer: 'crm.acme.example.evil.example',
  /** Looks like the CRM at a glance, for whoever compares by a pattern with an unescaped dot. */
  hyphen: 'crm-acme.example',
  /** Reads like the CRM, with a Cyrillic "a": `crm.xn--cme-5cd.example`. */
  cyrillic: domainToASCII('crm.\u0430cme.example'),
}
