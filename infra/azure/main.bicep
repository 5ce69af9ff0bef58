// The event function in Azure, in the resource group whose VMs it watches.
// python -m infra.hosts azure
// az deployment group create -g novacron -f infra/azure/main.bicep -p awsRoleArn=... identityScope=...
// az functionapp deployment source config-zip -g novacron -n <name> --src build/azure.zip --build-remote
param location string = resourceGroup().location
param name string = 'novacron-events-${uniqueString(resourceGroup().id)}'
@description('The role in our AWS account that trusts this function\'s identity')
param awsRoleArn string
param awsRegion string
@description('The application that the identity asks its token for: api://<id>/.default')
param identityScope string
param table string
param secretPrefix string = 'novacron'

resource storage 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  name: take(replace(toLower(name), '-', ''), 24)
  location: location
  sku: { name: 'Standard_LRS' }
  kind: 'StorageV2'
  properties: { minimumTlsVersion: 'TLS1_2', allowBlobPublicAccess: false }
}

resource plan 'Microsoft.Web/serverfarms@2023-12-01' = {
  name: name
  location: location
  sku: { name: 'Y1', tier: 'Dynamic' }
  properties: { reserved: true }
}

resource app 'Microsoft.Web/sites@2023-12-01' = {
  name: name
  location: location
  kind: 'functionapp,linux'
  identity: { type: 'SystemAssigned' }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    siteConfig: {
      linuxFxVersion: 'Python|3.11'
      appSettings: [
        { name: 'AzureWebJobsStorage__accountName', value: storage.name }
        { name: 'FUNCTIONS_EXTENSION_VERSION', value: '~4' }
        { name: 'FUNCTIONS_WORKER_RUNTIME', value: 'python' }
        { name: 'AWS_ROLE_ARN', value: awsRoleArn }
        { name: 'AWS_DEFAULT_REGION', value: awsRegion }
        { name: 'NOVACRON_IDENTITY_SCOPE', value: identityScope }
        { name: 'NOVACRON_TABLE', value: table }
        { name: 'NOVACRON_SECRET_PREFIX', value: secretPrefix }
      ]
    }
  }
}

// Storage Blob Data Owner: the host keeps its locks there, without a key.
resource hostStorage 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(storage.id, app.id, 'blob-owner')
  scope: storage
  properties: {
    principalId: app.identity.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b')
  }
}

resource topic 'Microsoft.EventGrid/systemTopics@2023-12-15-preview' = {
  name: name
  location: 'global'
  properties: { source: resourceGroup().id, topicType: 'Microsoft.Resources.ResourceGroups' }
}

resource vms 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2023-12-15-preview' = {
  parent: topic
  name: 'virtual-machines'
  properties: {
    destination: {
      endpointType: 'AzureFunction'
      properties: { resourceId: '${app.id}/functions/vm_changed' }
    }
    filter: {
      includedEventTypes: [
        'Microsoft.Resources.ResourceWriteSuccess'
        'Microsoft.Resources.ResourceActionSuccess'
        'Microsoft.Resources.ResourceDeleteSuccess'
      ]
      advancedFilters: [
        {
          operatorType: 'StringBeginsWith'
          key: 'data.operationName'
          values: ['Microsoft.Compute/virtualMachines/']
        }
      ]
    }
  }
}
