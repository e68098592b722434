console.error('loader')
