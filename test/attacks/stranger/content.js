// It stands on a page beside Dealpass' bridge, and is asked by the attack through the page what it can do there.
addEventListener('ask the stranger', async ({ detail }) => {
  const answers = []
  for (const message of detail.messages)
    answers.push(
      await chrome.runtime.sendMessage(detail.id, message).then(
        answer => `answered ${JSON.stringify(answer)}`,
        error => `refused ${error.message}`,
      ),
    )
  dispatchEvent(new CustomEvent('the stranger says', { detail: answers }))
})
