/** Where the link of an invitation leads. What is behind the number sign never reaches the server. */
import { html } from '../markup.ts'
import { page, type PageAnswer } from '../page.ts'

export const landingView = (): PageAnswer =>
  page({
    title: 'Your invitation',
    script: '/assets/invitation.js',
    body: html`<h1>You are invited to Sallyport</h1>
      <div id="present" hidden>
        <p>Sallyport lets you reach databases and servers without ever holding their passwords.</p>
        <ol>
          <li>Copy your invitation.</li>
          <li>Open Sallyport on the computer that you will work on, and paste it.</li>
          <li>In a terminal instead: <code>sallyport login -</code>, then paste it and press Ctrl+D.</li>
        </ol>
        <div class="field">
          <label for="invitation">Your invitation</label><textarea id="invitation" readonly spellcheck="false"></textarea>
          <p class="hint">It works once. Whoever has it can join in your name: show it to nobody.</p>
        </div>
        <button type="button" id="copy">Copy</button>
        <p class="hint" id="told" role="status"></p>
      </div>
      <div id="missing">
        <p>This link is not complete. Ask whoever sent it for the whole of it, or for the invitation as a file.</p>
      </div>
      <noscript><p>This page needs JavaScript to show the invitation, which stays in your browser.</p></noscript>`,
  })
