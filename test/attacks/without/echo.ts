export const hasToken = () => false
