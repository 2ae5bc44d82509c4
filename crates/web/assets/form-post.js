// Sends the person on to the application without a press of the button that the page also has.
document.getElementById('form-post')?.submit()
