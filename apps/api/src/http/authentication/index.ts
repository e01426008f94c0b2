export { authenticateGateway, peerCertificate, type PeerCertificate } from './gateway.ts'
export { authenticateService, authenticateServiceToken, type NamedAccount } from './service.ts'
export { authenticateSignIn, type EnrolmentKeys } from './sign-in.ts'
export { authenticateCaller } from './two-signature.ts'
