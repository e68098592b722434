console.error('w')
