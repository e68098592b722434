// One file for all that runs on a CRM page: what they share is loaded once.
import './loader'
import './widgets/salesos-leads'
