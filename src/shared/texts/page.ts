/** What content scripts of ours say on a page; a short table of its own, since it is loaded on every CRM page. */
export const pageTexts = {
  name: 'Dealpass',
  panel: 'Dealpass panel',
  updated: 'Dealpass was updated.',
  reload: 'Reload this page',
  leads: 'SalesOS leads',
  leadsCount: (total: number, hot: number) => `${total} leads · ${hot} hot`,
  leadsNext: (step: string, name = '') => `Next: ${step} – ${name}`,
  leadsUntil: (time: string) => `This page’s own token ends at ${time}`,
} as const
